import { Person } from './Person';

// Not in a segment, but importable from everywhere.
export const UNKNOWN = 'nobody';

export async function describe(person: Person): Promise<string> {
    return person instanceof Person ? person.introduce() : 'a stranger';
}

export async function makePerson(name: string): Promise<Person> {
    return new Person(name);
}
