import { Person } from "./Person.ts";
export const UNKNOWN = 'nobody';
export async function describe(person) {
    return person instanceof Person ? person.introduce() : 'a stranger';
}
export async function makePerson(name) {
    return new Person(name);
}
