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
import { __registerClass as $register } from "/jitar/client/jitar.js";
import * as $self from "./Person.js";
$register("people/Person", $self["Person"]);
