export const scenes = [];
export function show() {}
