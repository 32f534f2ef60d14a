"""Topics between the policy and a controller of ros2_control: the only place of them, beside ``topics``.

==================================  ================================  ==============================================
topic                               type                              content
==================================  ================================  ==============================================
exo/policy_commands                 sensor_msgs/JointState            what the policy node publishes as
                                                                      exo/joint_commands, remapped
forward_effort_controller/commands  std_msgs/Float64MultiArray        torques in the order of JOINT_NAMES, Nm
exo/controller_commands             sensor_msgs/JointState            what JointStateTopicSystem makes of them, stamped
                                                                      with the time when it was sent
==================================  ================================  ==============================================
"""

POLICY_COMMANDS = "exo/policy_commands"
CONTROLLER = "forward_effort_controller"
CONTROLLER_INPUT = f"{CONTROLLER}/commands"
CONTROLLER_COMMANDS = "exo/controller_commands"
