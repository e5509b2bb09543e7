export default { name: 'disk', timeout: undefined, isHealthy: async () => true };
