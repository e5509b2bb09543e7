export default { name: 'queue', isHealthy: async () => false };
