export default class {
    name() {
        return 'class';
    }
}
