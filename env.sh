# Puts `ros2` and `exo` on the path:  . ./env.sh
# For bash and zsh from any folder; for other POSIX shells from the top of the checkout.
# shellcheck shell=sh

if [ -n "${BASH_VERSION:-}" ]; then
  # shellcheck disable=SC3028,SC3054
  _exo_top=$(cd "$(dirname "${BASH_SOURCE:-$0}")" && pwd)
  _exo_shell=bash
elif [ -n "${ZSH_VERSION:-}" ]; then
  eval '_exo_top=${${(%):-%x}:A:h}'
  _exo_shell=zsh
else
  _exo_top=$PWD
  _exo_shell=sh
fi

# _exo_path NAME first|last DIRECTORY: puts a directory into the path list NAME, once.
_exo_path() {
  eval "_exo_list=\${$1:-}"
  case ":$_exo_list:" in
    *":$3:"*) ;;
    *)
      if [ -z "$_exo_list" ]; then _exo_list=$3
      elif [ "$2" = first ]; then _exo_list=$3:$_exo_list
      else _exo_list=$_exo_list:$3
      fi
      eval "export $1=\$_exo_list"
      ;;
  esac
}

if [ ! -f "$_exo_top/env.sh" ]; then
  echo "env.sh: this shell cannot tell where env.sh is: cd to the top of the checkout first" >&2
  false
elif [ ! -x "$_exo_top/.venv/bin/python" ] || [ ! -f "$_exo_top/install/local_setup.$_exo_shell" ]; then
  echo "env.sh: the workspace in $_exo_top is not set up: run 'make setup' there first" >&2
  false
else
  # The ROS wheels put their libraries on LD_LIBRARY_PATH in each Python process. A process of another virtual
  # environment leaves this mark, under which ours would skip that.
  unset _ROS_WHEELS_BOOTSTRAP_COMPLETE

  _exo_path PATH first "$_exo_top/.venv/bin"
  # Last, so that what comes with a ROS distribution is found before: its message packages, and its own `ros2`.
  _exo_path AMENT_PREFIX_PATH last "$_exo_top/.venv"
  _exo_path PATH last "$_exo_top/install/exo/lib/exo"
  _exo_path PATH last "$_exo_top/install/ros2_subset/lib/ros2_subset"

  # The workspace overlay as colcon wrote it: AMENT_PREFIX_PATH and PYTHONPATH. It does not bear `set -u`.
  case $- in *u*) _exo_nounset=1; set +u;; *) _exo_nounset=;; esac
  # shellcheck disable=SC2034
  COLCON_CURRENT_PREFIX=$_exo_top/install
  # shellcheck disable=SC1090
  . "$_exo_top/install/local_setup.$_exo_shell"
  unset COLCON_CURRENT_PREFIX
  if [ -n "$_exo_nounset" ]; then set -u; fi

  # A distribution's own `ros2` and `colcon` run in the system's Python, and need our packages' libraries there.
  if grep -q 'include-system-site-packages = true' "$_exo_top/.venv/pyvenv.cfg"; then
    _exo_path PYTHONPATH last "$("$_exo_top/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
  fi

  # One machine, unless told otherwise: an exoskeleton must not follow commands from the lab's network.
  export ROS_AUTOMATIC_DISCOVERY_RANGE="${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}"
fi
_exo_status=$?
unset -f _exo_path
unset _exo_top _exo_shell _exo_list _exo_nounset
# `return` hands the status on; the variable itself goes with it.
eval "unset _exo_status; return $_exo_status"
