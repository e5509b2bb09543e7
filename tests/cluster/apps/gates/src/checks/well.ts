export default { name: 'store', isHealthy: async () => true };
