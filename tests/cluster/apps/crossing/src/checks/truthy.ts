export default { name: 'truthy', isHealthy: async () => 'yes' };
