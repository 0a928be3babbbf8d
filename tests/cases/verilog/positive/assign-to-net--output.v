module parity (
    input [7:0] data,
    output odd
);
always @(*) begin
    odd = ^data;
end
endmodule
