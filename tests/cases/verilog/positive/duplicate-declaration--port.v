module toggle (
    input clk,
    output reg q
);
reg q;
always @(posedge clk)
    q <= ~q;
endmodule
