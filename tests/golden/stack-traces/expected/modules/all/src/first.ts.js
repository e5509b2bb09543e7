export function first(run) {
    try {
        run();
    } catch (error) {
        return error.stack.split('\n')[1].trim();
    }
    return 'nothing was thrown';
}
