import { Person } from "../people/Person.ts";
import { UNKNOWN } from "../people/describe.ts";
import { describe, makePerson } from "../people/describe.ts?remote";
export async function hire(name = UNKNOWN) {
    return describe(new Person(name));
}
export async function meet(name) {
    const person = await makePerson(name);
    return `${person instanceof Person}: ${person.introduce()}`;
}
