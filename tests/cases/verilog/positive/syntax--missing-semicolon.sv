module latch (
    input  logic enable,
    input  logic d,
    output logic q
);
    always_latch
        if (enable) q = d

endmodule
