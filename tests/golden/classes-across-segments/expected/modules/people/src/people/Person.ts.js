export class Person {
    name;
    #greeting = 'I am';
    constructor(name){
        this.name = name;
    }
    introduce() {
        return `${this.#greeting} ${this.name}`;
    }
}
