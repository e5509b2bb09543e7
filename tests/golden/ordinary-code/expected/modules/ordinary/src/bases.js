export class Base {
    base = 'base';
}
