/** Who changed what. */
export const audit = {
  audit: {
    title: 'Audit log',
  },
};
