using System.Runtime.CompilerServices;
using Steering.Telemetry;

namespace Steering.Analysis;

internal static class NativeTelemetryOff
{
#pragma warning disable CA2255 // A program may reach ONNX Runtime through this library before it touches the Sdk.
    [ModuleInitializer]
    internal static void Initialise() => NativeTelemetry.SwitchOff();
#pragma warning restore CA2255
}
