module clocking (input pad, output clk);
    wire fast;
    pll_core pll (.in(pad), .out(fast));
    BUFG buffer (.I(fast), .O(clk));
endmodule
