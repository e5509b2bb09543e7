import { first } from "./first.ts";
const element = (tag, props)=>tag(props);
const View = ({ name })=>{
    throw new Error(name);
};
export async function inJsx() {
    return first(()=>element(View, {
            name: "x"
        }));
}
