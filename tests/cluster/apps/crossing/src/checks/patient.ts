/** Takes some of the time that it has. */
export default {
    name: 'patient',
    timeout: 5000,
    isHealthy: () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 50)),
};
