/** Imported when it is asked for. */
export const text: string = "late";
