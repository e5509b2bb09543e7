import { lengthOf } from './measure';

interface Thing {
    readonly name: string | undefined;
}

export default async function failByType(): Promise<number> {
    const thing: Thing = { name: undefined };

    return lengthOf(thing.name as string);
}
