import { Person } from '../people/Person';
import { describe, makePerson, UNKNOWN } from '../people/describe';

export async function hire(name: string = UNKNOWN): Promise<string> {
    return describe(new Person(name));
}

export async function meet(name: string): Promise<string> {
    const person = await makePerson(name);

    return `${person instanceof Person}: ${person.introduce()}`;
}
