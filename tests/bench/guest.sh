#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the lab VM's init runs for run, beside this file: the kernel's command
# line says bench=MODE,WORD.

args=$(sed -n 's/.*bench=\([^ ]*\).*/\1/p' /proc/cmdline)
exec bench "${args%%,*}" "$(echo "${args#*,}" | tr _ " ")"
