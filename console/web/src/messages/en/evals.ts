/** Evaluations, runs and comparisons. */
export const evals = {
  evals: {
    title: 'Evaluations',
  },
};
