/** Retrieval sources. */
export const sources = {
  sources: {
    title: 'Sources',
  },
};
