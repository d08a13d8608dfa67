/** Datasets and their items. */
export const datasets = {
  datasets: {
    title: 'Datasets',
  },
};
