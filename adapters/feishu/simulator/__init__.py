"""A strict Feishu of our own: speaks the platform's wire, refuses what it refuses, shows what people see."""

from adapters.feishu.simulator.simulator import FeishuSimulator

__all__ = ["FeishuSimulator"]
