export function first(run: () => unknown): string {
    try {
        run();
    } catch (error) {
        return (error as Error).stack!.split('\n')[1]!.trim();
    }

    return 'nothing was thrown';
}
