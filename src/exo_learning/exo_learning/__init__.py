"""Learning the controller in simulation: environment, PPO, trainer and export. The only package that needs PyTorch."""
