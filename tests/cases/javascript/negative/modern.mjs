import data from "./data.json" with { type: "json" };

export class Queue {
  #items = [];
  static { Queue.made = 0; }
  get size() { return this.#items?.length ?? 0; }
  async *drain() {
    while (this.size) yield await this.#items.shift();
  }
}

label: for (const [key, value] of Object.entries(data)) {
  if (!/[/\]}]+/u.test(key)) continue label;
  console.log(`${key}: ${value ** 2n}`);
}
await Promise.all([]);
