/** What happened so far, in order. */
export const steps: string[] = [];
