import { first } from './first';

const seen = (_: unknown, context: { name: string | symbol }) => void context.name;

class Decorated {
    @seen field: number = 1;

    @seen
    fail(reason: string): never {
        throw new Error(reason);
    }
}

export async function inDecorated() {
    return first(() => new Decorated().fail('x'));
}
