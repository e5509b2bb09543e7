export default class Order {
    constructor(
        readonly id: string,
        readonly lines: string[],
    ) {}

    describe(): string {
        return `${this.id}: ${this.lines.join(', ')}`;
    }
}
