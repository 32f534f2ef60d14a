"""Names on the topics: the only place of them. Topic names are relative, so that a namespace moves the whole stack.

The device contract is the same for simulation and hardware. Angles in rad, velocities in rad/s, torques in Nm,
flexion positive; match joints by name, never by order.

==================================  ================================  ==============================================
topic                               type                              content
==================================  ================================  ==============================================
exo/joint_states                    sensor_msgs/JointState            encoders; effort is the torque that acted since
                                                                      the state before
exo/joint_commands                  sensor_msgs/JointState            wanted torque in effort; the stamp is that of the
                                                                      state that it answers
exo/safety_status                   diagnostic_msgs/DiagnosticArray   what the safety limiter made of the state with
                                                                      the same stamp and the newest command
exo/trial_phase                     diagnostic_msgs/DiagnosticArray   of a trial in phases, at each change and once a
                                                                      second: the phase (exo_trial.phase_mark) at the
                                                                      state with the same stamp; a late joiner gets it
exo/emergency_stop/heartbeat        std_msgs/Bool                     20 times a second: true while the emergency stop
                                                                      is not pressed; silence counts as pressed
human/joint_states                  sensor_msgs/JointState            pelvis and leg joints (``HUMAN_JOINTS``); effort
                                                                      is the torque of muscles and end stops
human/ground_reaction/right, left   geometry_msgs/WrenchStamped       force on the foot, x forward, z up, N
human/centre_of_mass                nav_msgs/Odometry                 of the whole body, x forward, z up, m and m/s
human/muscle_activations            sensor_msgs/JointState            a named vector: name = muscle, position =
                                                                      activation, 0 to 1
human/markers                       visualization_msgs/MarkerArray    body, muscles by activation, ground reactions and
                                                                      torques, for rviz (marker_node)
human/metabolic_power               sensor_msgs/JointState            a named vector: name = whole_body or muscle,
                                                                      position = W, mean over the last period
exo/training/learning_curve         sensor_msgs/JointState            a named vector, one message per buffer: position =
                                                                      the figures of learning_curve.csv
/clock                              rosgraph_msgs/Clock               simulated time
/diagnostics                        diagnostic_msgs/DiagnosticArray   health of the nodes, once per 100 states; of the
                                                                      trainer once per second
==================================  ================================  ==============================================

Services of the device, simulated or real, all std_srvs/Trigger; none can raise a torque or a limit:

======================  ==============================================================================================
exo/emergency_stop      zero torque in the next tick, latched
exo/stop                lets the torque fall with the stop ramp, then disables the drives
exo/lower_assistance    takes a fifth of the full assistance away; a start from rest brings it back
exo/reset               clears a latched fault, if the hips are still and the commands zero
exo/start               enables the drives again after a stop or reset, with the soft start
======================  ==============================================================================================

Services of the trial node, all std_srvs/Trigger:

======================  ==============================================================================================
exo/trial/pause         zero torque within a second; the time of the phase stands still, the recording goes on
exo/trial/resume        assistance and time go on
exo/trial/abort         zero torque within a second, then the trial ends; ``resume:=`` goes on with it later
======================  ==============================================================================================

A simulated person is steered by two more, and by the parameter ``lean_rad`` of the simulation node:

======================  ==============================================================================================
human/push_forward      pushes the whole body forward by 0.2 m/s
human/push_backward     pushes it backward
======================  ==============================================================================================

The emergency stop node has press and release, relative to its name.

No standard message is a stamped vector of named numbers, so JointState carries such values too: it is what plotting
tools such as PlotJuggler and Foxglove show by name.
"""

JOINT_STATES = "exo/joint_states"
JOINT_COMMANDS = "exo/joint_commands"
SAFETY_STATUS = "exo/safety_status"
TRIAL_PHASE = "exo/trial_phase"

PAUSE_TRIAL = "exo/trial/pause"
RESUME_TRIAL = "exo/trial/resume"
ABORT_TRIAL = "exo/trial/abort"

EMERGENCY_STOP_HEARTBEAT = "exo/emergency_stop/heartbeat"
HEARTBEAT_PERIOD_S = 0.05

EMERGENCY_STOP = "exo/emergency_stop"
STOP = "exo/stop"
START = "exo/start"
RESET = "exo/reset"
LOWER_ASSISTANCE = "exo/lower_assistance"

PUSH_FORWARD = "human/push_forward"
PUSH_BACKWARD = "human/push_backward"

HUMAN_JOINT_STATES = "human/joint_states"
GROUND_REACTION = {"right": "human/ground_reaction/right", "left": "human/ground_reaction/left"}
CENTRE_OF_MASS = "human/centre_of_mass"
MUSCLE_ACTIVATIONS = "human/muscle_activations"
METABOLIC_POWER = "human/metabolic_power"
MARKERS = "human/markers"

LEARNING_CURVE = "exo/training/learning_curve"

CLOCK = "/clock"
DIAGNOSTICS = "/diagnostics"

RECORDED_OF_DEVICE = (JOINT_STATES, JOINT_COMMANDS, SAFETY_STATUS)
"""Topics of a trial's recording where there is no ground truth of the person."""

RECORDED = (
    *RECORDED_OF_DEVICE,
    HUMAN_JOINT_STATES,
    *GROUND_REACTION.values(),
    CENTRE_OF_MASS,
    MUSCLE_ACTIVATIONS,
    METABOLIC_POWER,
)
"""Topics of a simulated trial's recording. All are stamped, and hold nothing of the machine that they ran on."""

RECORDED_OF_PHASES = (TRIAL_PHASE,)
"""Topics of a recording that a trial in phases has besides."""

TRIAL_NODE = "trial"
"""Node name of the conductor of the phases."""

RECORDER_NODE = "rosbag2_recorder"
"""Node name of ``ros2 bag record``."""

WORLD_FRAME = "world"
"""x forward, z up, origin on the ground where the walk starts."""

HUMAN_JOINTS: tuple[tuple[str, str, float], ...] = (
    ("pelvis_tilt", "pelvis_tilt", -1.0),
    ("right_hip_flexion", "hip_r", 1.0),
    ("right_knee_flexion", "knee_r", -1.0),
    ("right_ankle_dorsiflexion", "ankle_r", 1.0),
    ("left_hip_flexion", "hip_l", 1.0),
    ("left_knee_flexion", "knee_l", -1.0),
    ("left_ankle_dorsiflexion", "ankle_l", 1.0),
)
"""Name on human/joint_states, coordinate of the human model, and sign between them. Pelvis tilt is positive forward."""

WHOLE_BODY = "whole_body"
"""Metabolic power of the whole body, the basal part included."""
