/** Exports of training data. */
export const exports = {
  exports: {
    title: 'Exports',
  },
};
