export default { name: 'database', timeout: undefined, isHealthy: async () => false };
