let asked = 0;

/** Well the first time only: a second answer of `true` comes from what was remembered. */
export default { name: 'counting', isHealthy: async () => (asked += 1) === 1 };
