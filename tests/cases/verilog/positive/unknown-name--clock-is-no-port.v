module sampler (
    input d,
    output reg q
);
always @(posedge clk)
    q <= d;
endmodule
