export class Person {
    readonly name: string;
    #greeting = 'I am';

    constructor(name: string) {
        this.name = name;
    }

    introduce(): string {
        return `${this.#greeting} ${this.name}`;
    }
}
