export default { name: 'slow', timeout: 50, isHealthy: () => new Promise<boolean>(() => {}) };
