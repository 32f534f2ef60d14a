"""What can be gathered from the trials of several people."""

NET_RATE, NET_COST, NET_CHANGE, TORQUE = "net_w_kg", "cot_net", "change_percent", "torque_rms_nm"

MEASURES = {
    NET_RATE: "net metabolic rate, W/kg",
    NET_COST: "net cost of transport, J/(kg m)",
    NET_CHANGE: "change of the net metabolic rate against walking free, %",
    TORQUE: "torque of the device, RMS, Nm",
}
"""With its unit."""

CONDITION, PHASE = "condition", "phase"
"""What a column of the table is of."""
