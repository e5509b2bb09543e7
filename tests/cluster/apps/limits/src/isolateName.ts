/** Differs between isolates: the module looks at random numbers, so it is evaluated when the isolate starts. */
export const isolateName = String(Math.random());
