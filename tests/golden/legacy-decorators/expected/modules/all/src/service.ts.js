function _ts_decorate(decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") {
        r = Reflect.decorate(decorators, target, key, desc);
    } else {
        for(var i = decorators.length - 1; i >= 0; i--){
            if (d = decorators[i]) {
                r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
            }
        }
    }
    return c > 3 && r && Object.defineProperty(target, key, r), r;
}
function _ts_metadata(metadataKey, metadataValue) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") {
        return Reflect.metadata(metadataKey, metadataValue);
    }
}
function _ts_param(paramIndex, decorator) {
    return function(target, key) {
        decorator(target, key, paramIndex);
    };
}
import { metadataOf } from "./metadata.ts";
import { Clock } from "./clock.ts";
const seen = [];
const note = (name)=>(target, key, descriptor)=>{
        seen.push(`${name} ${typeof target} ${String(key)} ${typeof descriptor}`);
    };
function upper(_, __, descriptor) {
    const method = descriptor.value;
    descriptor.value = function(...args) {
        return String(method.apply(this, args)).toUpperCase();
    };
}
class Service {
    clock;
    options;
    count = 1;
    constructor(clock, options = {
        zone: 'utc'
    }){
        this.clock = clock;
        this.options = options;
    }
    greet(name, _unused) {
        return `${name} at ${this.clock.hour} ${this.options.zone}`;
    }
    get total() {
        return this.count + 1;
    }
    static made;
}
_ts_decorate([
    note('field'),
    _ts_metadata("design:type", Number)
], Service.prototype, "count", void 0);
_ts_decorate([
    note('method'),
    upper,
    _ts_param(0, note('argument')),
    _ts_metadata("design:type", Function),
    _ts_metadata("design:paramtypes", [
        String,
        typeof Unused === "undefined" ? Object : Unused
    ]),
    _ts_metadata("design:returntype", String)
], Service.prototype, "greet", null);
_ts_decorate([
    note('getter'),
    _ts_metadata("design:type", Number),
    _ts_metadata("design:paramtypes", [])
], Service.prototype, "total", null);
_ts_decorate([
    note('static field'),
    _ts_metadata("design:type", typeof Date === "undefined" ? Object : Date)
], Service, "made", void 0);
Service = _ts_decorate([
    note('class'),
    _ts_param(0, note('parameter')),
    _ts_metadata("design:type", Function),
    _ts_metadata("design:paramtypes", [
        typeof Clock === "undefined" ? Object : Clock,
        Object
    ])
], Service);
export async function legacyDecorators(name) {
    const service = new Service(new Clock());
    return [
        service.greet(name),
        service.total,
        seen
    ];
}
export async function decoratorMetadata() {
    return metadataOf(Service);
}
