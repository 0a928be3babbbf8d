class A extends B {
  constructor() {
    this.x = 1;
  }
}
