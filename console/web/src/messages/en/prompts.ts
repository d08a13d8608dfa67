/** Prompts: the list and the studio. */
export const prompts = {
  prompts: {
    title: 'Prompts',
  },
};
