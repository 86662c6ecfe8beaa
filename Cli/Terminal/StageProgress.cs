using System.Runtime.InteropServices;

namespace Steering.Cli.Terminal;

/// <summary>How far long work has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StageProgress(string Stage, double Fraction);
