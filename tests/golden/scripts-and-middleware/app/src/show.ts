import { state } from './state';

export async function show(greeting: string) {
    return `${greeting}, it is ${state.open ? 'open' : 'closed'}`;
}
