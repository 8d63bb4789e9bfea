# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The classes that the stand-in knows, with the properties that Microsoft documents for them.

Those of the system are what Windows Server 2012 really sent (tests/data/wsman); its null arrays were absent there, so
that OEMLogoBitmap and its like are missing here too.
"""

from __future__ import annotations

from .cim import CimClass

CIMV2 = "root/cimv2"
RSOP = "root/rsop/computer"
STANDARD = "root/standardcimv2"
TASKS = "root/microsoft/windows/taskscheduler"
NAMESPACES = (CIMV2, RSOP, STANDARD, TASKS)

OPERATING_SYSTEM = CimClass.of(
    f"{CIMV2}:Win32_OperatingSystem",
    """
    BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName CSCreationClassName CSDVersion CSName
    CurrentTimeZone DataExecutionPrevention_32BitApplications DataExecutionPrevention_Available
    DataExecutionPrevention_Drivers DataExecutionPrevention_SupportPolicy Debug Description Distributed EncryptionLevel
    ForegroundApplicationBoost FreePhysicalMemory FreeSpaceInPagingFiles FreeVirtualMemory InstallDate LargeSystemCache
    LastBootUpTime LocalDateTime Locale Manufacturer MaxNumberOfProcesses MaxProcessMemorySize MUILanguages[] Name
    NumberOfLicensedUsers NumberOfProcesses NumberOfUsers OperatingSystemSKU Organization OSArchitecture OSLanguage
    OSProductSuite OSType OtherTypeDescription PAEEnabled PlusProductID PlusVersionNumber PortableOperatingSystem
    Primary ProductType RegisteredUser SerialNumber ServicePackMajorVersion ServicePackMinorVersion
    SizeStoredInPagingFiles Status SuiteMask SystemDevice SystemDirectory SystemDrive TotalSwapSpaceSize
    TotalVirtualMemorySize TotalVisibleMemorySize Version WindowsDirectory
    """,
    keys="Name CSName CSCreationClassName CreationClassName",
)
COMPUTER_SYSTEM = CimClass.of(
    f"{CIMV2}:Win32_ComputerSystem",
    """
    AdminPasswordStatus AutomaticManagedPagefile AutomaticResetBootOption AutomaticResetCapability BootOptionOnLimit
    BootOptionOnWatchDog BootROMSupported BootupState Caption ChassisBootupState CreationClassName CurrentTimeZone
    DaylightInEffect Description DNSHostName Domain DomainRole EnableDaylightSavingsTime FrontPanelResetStatus
    HypervisorPresent InfraredSupported InstallDate KeyboardPasswordStatus LastLoadInfo Manufacturer Model Name
    NameFormat NetworkServerModeEnabled NumberOfLogicalProcessors NumberOfProcessors PartOfDomain PauseAfterReset
    PCSystemType PowerManagementSupported PowerOnPasswordStatus PowerState PowerSupplyState PrimaryOwnerContact
    PrimaryOwnerName ResetCapability ResetCount ResetLimit Roles[] Status SystemStartupDelay SystemStartupSetting
    SystemType ThermalState TotalPhysicalMemory UserName WakeUpType Workgroup
    """,
    keys="Name CreationClassName",
)
DATA_FILE = CimClass.of(
    f"{CIMV2}:CIM_DataFile",
    """
    AccessMask Archive Caption Compressed CompressionMethod CreationClassName CreationDate CSCreationClassName CSName
    Description Drive EightDotThreeFileName Encrypted EncryptionMethod Extension FileName FileSize FileType
    FSCreationClassName FSName Hidden InstallDate InUseCount LastAccessed LastModified Manufacturer Name Path Readable
    Status System Version Writeable
    """,
    keys="Name",
)
GROUP = CimClass.of(
    f"{CIMV2}:Win32_Group",
    "Caption Description Domain InstallDate LocalAccount Name SID SIDType Status",
    keys="Domain Name",
)
GROUP_USER = CimClass.of(
    f"{CIMV2}:Win32_GroupUser", "GroupComponent PartComponent", keys="GroupComponent PartComponent"
)
POLICY_SETTING = CimClass.of(
    f"{RSOP}:RSOP_RegistryPolicySetting",
    "command creationTime deleted GPOID id name precedence registryKey SOMID value[] valueName valueType",
    keys="id precedence",
)
GPO = CimClass.of(
    f"{RSOP}:RSOP_GPO",
    """
    accessDenied enabled extensionIds[] fileSystemPath filterAllowed filterId guidName id name securityDescriptor[]
    version
    """,
    keys="id",
)
SOM = CimClass.of(f"{RSOP}:RSOP_SOM", "blocked blocking id reason SOMOrder type", keys="id reason")
SESSION = CimClass.of(
    f"{RSOP}:RSOP_Session",
    "creationTime flags id SecurityGroups[] Site slowLink SOM targetName ttlMinutes version",
    keys="id",
)
EXTENSION_STATUS = CimClass.of(
    f"{RSOP}:RSOP_ExtensionStatus",
    "beginTime displayName endTime error extensionGuid loggingStatus",
    keys="extensionGuid",
)
FIREWALL_RULE = CimClass.of(
    f"{STANDARD}:MSFT_NetFirewallRule",
    """
    Action Caption CommonName ConditionListType CreationClassName Description Direction DisplayGroup DisplayName
    EdgeTraversalPolicy ElementName Enabled EnforcementStatus[] ExecutionStrategy InstanceID LocalOnlyMapping
    LooseSourceMapping Mandatory Owner Platforms[] PolicyDecisionStrategy PolicyKeywords[] PolicyRoles[] PolicyRuleName
    PolicyStoreSource PolicyStoreSourceType PrimaryStatus Profiles RuleGroup RuleUsage SequencedActions Status
    StatusCode SystemCreationClassName SystemName
    """,
    keys="CreationClassName PolicyRuleName SystemCreationClassName SystemName",
)
SCHEDULED_TASK = CimClass.of(
    f"{TASKS}:MSFT_ScheduledTask",
    """
    Actions[] Author Date Description Documentation Principal SecurityDescriptor Settings Source State TaskName TaskPath
    Triggers[] URI Version
    """,
    keys="TaskName TaskPath",
)
# Only methods: it has no instances.
TASK_METHODS = CimClass.of(f"{TASKS}:PS_ScheduledTask", "")
# Only inside an output.
TASK_INFO = CimClass.of(
    f"{TASKS}:MSFT_TaskDynamicInfo", "LastRunTime LastTaskResult NextRunTime NumberOfMissedRuns TaskName TaskPath"
)

_ALL = (
    OPERATING_SYSTEM,
    COMPUTER_SYSTEM,
    DATA_FILE,
    GROUP,
    GROUP_USER,
    POLICY_SETTING,
    GPO,
    SOM,
    SESSION,
    EXTENSION_STATUS,
    FIREWALL_RULE,
    SCHEDULED_TASK,
    TASK_METHODS,
)
CLASSES = {each.path.lower(): each for each in _ALL}
