export default {
    name: 'throwing',
    isHealthy(): Promise<boolean> {
        throw new Error('broken');
    },
};
