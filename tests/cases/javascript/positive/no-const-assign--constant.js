const limit = 1;
export function grow() {
  limit = 2;
}
