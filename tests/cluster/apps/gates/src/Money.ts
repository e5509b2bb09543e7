export class Money {
    constructor(readonly amount: number, readonly currency: string) {}
}
