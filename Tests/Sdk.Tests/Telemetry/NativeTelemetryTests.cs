using System.Runtime.InteropServices;
using Steering.Telemetry;

namespace Steering.Tests.Sdk.Telemetry;

/// <summary>The variable that keeps the native libraries' telemetry off stands in the environment that native code sees.</summary>
[TestClass]
public sealed partial class NativeTelemetryTests
{
    [TestMethod]
    public void AProcessThatReachedTheSdk_HasTheTelemetryOff_UnlessItsUserChose()
    {
        NativeTelemetry.SwitchOff();

        var chosen = Environment.GetEnvironmentVariable(NativeTelemetry.Variable);
        Assert.AreEqual(NativeTelemetry.IsChosen(chosen) ? chosen : "1", NativeValue());
    }

    [TestMethod]
    [DataRow("0", true)]
    [DataRow("1", true)]
    [DataRow("", false)]
    [DataRow(null, false)]
    public void WhatTheUserSet_Stays(string? value, bool chosen) => Assert.AreEqual(chosen, NativeTelemetry.IsChosen(value));

    private static string? NativeValue() => OperatingSystem.IsWindows()
        ? Environment.GetEnvironmentVariable(NativeTelemetry.Variable)
        : Marshal.PtrToStringUTF8(GetEnvironment(NativeTelemetry.Variable));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);
}
