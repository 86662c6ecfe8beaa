using System.Runtime.CompilerServices;
using Steering.Telemetry;

namespace Steering.Export;

internal static class NativeTelemetryOff
{
#pragma warning disable CA2255 // A program may reach ONNX Runtime or libtorch through this library before it touches the Sdk.
    [ModuleInitializer]
    internal static void Initialise() => NativeTelemetry.SwitchOff();
#pragma warning restore CA2255
}
