using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Steering.Telemetry;

/// <summary>
/// Keeps the usage telemetry of ONNX Runtime and ONNX Runtime GenAI off. Both collect events by default, under a
/// persistent device id and to be uploaded: the executable's path, the machine, names of models and graphs, token
/// counts; and they read the process's command line, where a prompt may stand. Only a variable in the environment of
/// the process, set before their first call, stops all of it.
/// </summary>
internal static partial class NativeTelemetry
{
    /// <summary>The variable that both libraries read. Set by the user to <c>0</c> it leaves their telemetry on.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Switches the telemetry off unless the user has set the variable. Does nothing the second time.</summary>
    public static void SwitchOff() => RuntimeHelpers.RunModuleConstructor(typeof(NativeTelemetry).Module.ModuleHandle);

    /// <summary>Whether a value is the user's choice. An empty one is none, and to the libraries it would mean on.</summary>
    internal static bool IsChosen(string? value) => !string.IsNullOrEmpty(value);

#pragma warning disable CA2255 // A library's initialiser is the only place that comes before every first native call of an application.
    [ModuleInitializer]
    internal static void Initialise()
#pragma warning restore CA2255
    {
        var chosen = Environment.GetEnvironmentVariable(Variable);
        if (IsChosen(chosen))
        {
            return;
        }

        // On Unix .NET keeps a copy of the environment that native code never sees, so the C library is asked itself.
        if (OperatingSystem.IsWindows())
        {
            SetEnvironmentVariable(Variable, "1");
        }
        else
        {
            _ = SetEnvironment(Variable, "1", overwrite: chosen is null ? 0 : 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("kernel32", EntryPoint = "SetEnvironmentVariableW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetEnvironmentVariable(string name, string value);
}
